"""One module a rule. Found by `explain.rule.rules`."""
