"""How long a response lasts. Light: the Snakefile reads events, which need no design."""

RESPONSE_S = 32.0  # of the HRF: what ended longer ago is over
