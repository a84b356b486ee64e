"""What each key of the desk does: ask what is missing, run the use case, say what came of it."""

from __future__ import annotations

from screens.desk_booking import Bookings
from screens.desk_calling import Calling
from screens.desk_numbers import Numbers
from screens.desk_serving import Serving
from screens.desk_window import WindowKeys


class Desk(Calling, Serving, Numbers, Bookings, WindowKeys):
    """All actions of a seat; see `desk_asking` for what the screen lends them."""
