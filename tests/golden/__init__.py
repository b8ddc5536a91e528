"""The golden table: all results of every shipped chip on the networks that it runs."""
