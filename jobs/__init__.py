"""Long work. A `Job` row is the truth; the queue carries only its id."""
