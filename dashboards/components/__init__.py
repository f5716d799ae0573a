"""What the pages share: the snapshot that they show, filters, charts with tables, forms, the sidebar and the footer."""
