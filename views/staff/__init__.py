"""Signing in to the portal, one's own account, and the officers of a centre."""
