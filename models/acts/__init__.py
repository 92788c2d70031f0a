"""What may be done: each verb opens its transaction and writes its audit event."""
