"""What params.yaml may say, presets of it, and what it needs."""

PRESETS = ("smoke", "default", "paper")  # columns of presets.yaml
