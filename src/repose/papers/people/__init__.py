"""What the pages on bottom-up methods share: whom runs are judged on, scores, kinds of errors, pictures."""
