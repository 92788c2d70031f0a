"""Subcentre Management: what an Associate decides for its attached centres."""
