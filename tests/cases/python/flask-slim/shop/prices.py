"""What things cost, in cents."""

PRICE = 250
REBATE_FROM = 10


def total(count):
    """The price of `count` pieces, a tenth off from ten pieces on."""
    full = PRICE * count
    return full * 9 // 10 if count >= REBATE_FROM else full
