"""One module a source: a command, its parser and the entries it gives. Found by `facts.source.sources`."""
