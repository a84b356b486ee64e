"""Made-up identity cards, as a reader in keyboard mode types them."""

from datetime import date

WEIGHTS = [pow(2, 17 - place, 11) for place in range(17)]


def identity(born: str = "1990-01-01", nth: int = 123, region: str = "420102") -> str:
    """A valid number of 18 characters for a day of birth."""
    body = region + born.replace("-", "") + f"{nth:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


def typed(
    name: str, number: str, *, between: str = "|", until: str = "20400101", address: str = ""
) -> str:
    """The nine fields of a card, without the Enter."""
    born = number[6:14]
    fields = [name, "男", "汉", born, address or "湖北省武汉市洪山区珞瑜路１号", number]
    return between.join([*fields, "武汉市公安局", "20200101", until])


def years_before(day: str, years: int) -> str:
    """The ISO day so many years earlier."""
    on = date.fromisoformat(day)
    return on.replace(year=on.year - years).isoformat()
