"""What a spec file may say: reading it with positions, its schema, and its messages."""
