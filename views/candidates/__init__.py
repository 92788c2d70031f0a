"""The candidate site, and the pages that are open to all."""
