"""What is fast, against what, as ratios measured in one process."""
