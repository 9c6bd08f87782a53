"""What both lifting papers need: stacked layers, poses in the networks' units, one training harness."""
