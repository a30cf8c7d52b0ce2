"""What a cluster is meant to be: the intent file, its types and its errors."""
