"""Components that the pages share: snapshot, filters, charts with tables, forms, the sidebar and the footer."""
