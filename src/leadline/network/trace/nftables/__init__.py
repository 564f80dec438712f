"""The language of nft rules, compiled: words, values, expressions, sets, matches and statements."""
