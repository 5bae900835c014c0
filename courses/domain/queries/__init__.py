"""What the pages need to know, each in a fixed number of queries."""
