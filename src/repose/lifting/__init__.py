"""What both lifting papers need: stacked layers, poses as networks learn them, one harness."""
