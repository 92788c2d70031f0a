"""A centre's candidates on the results website: the series, their status, logins and slips."""
