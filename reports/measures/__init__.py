"""From recorded cells to rows of results, one file a measure."""
