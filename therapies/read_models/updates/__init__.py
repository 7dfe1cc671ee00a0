"""What happened to the published evidence, read from its history: for the page of updates and the feeds."""
