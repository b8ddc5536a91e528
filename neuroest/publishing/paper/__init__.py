"""The guided way from curves and a network to a paper, in commands that anybody may run."""
