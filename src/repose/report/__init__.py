"""Tables that mirror the papers, the claims ledger and the figures, made from scores alone."""
