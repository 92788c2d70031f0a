"""What is true: answers from what is kept. Nothing here writes, except `results`, the one door to grades."""
