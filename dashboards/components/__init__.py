"""What the pages share: the snapshot they show, filters, charts with their tables, the sidebar and the foot."""
