"""A question at the bottom of the desk: a line, not a window over the work."""

from asyncio import Future, get_running_loop

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from hallclient.rules.text import clean
from hallclient.texts import t
from screens.widgets.choices import Choices, Option
from screens.widgets.content import Words, line
from screens.widgets.field import Field
from screens.widgets.question import Answer, Question


class Ask(Vertical):
    """The line that asks. Hidden until `put`; the answer comes as `Answered` and as a future."""

    BINDINGS = [
        Binding("escape", "cancel", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
    ]
    DEFAULT_CSS = """
    Ask {
        height: auto;
        dock: bottom;
        display: none;
        background: $panel;
        & > Horizontal { height: 1; }
        & Words { width: auto; max-width: 60%; height: 1; }
        & Field { width: 1fr; }
    }
    """
    FREE = "\x00free"

    class Answered(Message):
        """A question was answered, or given up (`answer` is None)."""

        def __init__(self, ask: "Ask", question: Question, answer: Answer | None) -> None:
            super().__init__()
            self.ask = ask
            self.question = question
            self.answer = answer

        @property
        def control(self) -> "Ask":
            """The line, for `@on` selectors."""
            return self.ask

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._question: Question | None = None
        self._future: Future[Answer | None] | None = None
        self._before: Widget | None = None
        self._found_for: str | None = None
        self._choices = Choices()
        self._prompt = Words()
        self._field = Field()

    def compose(self) -> ComposeResult:
        """Choices above, the question and its field below."""
        yield self._choices
        with Horizontal():
            yield self._prompt
            yield self._field

    # --- asking ---------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether a question waits for its answer."""
        return self._question is not None

    @property
    def question(self) -> Question | None:
        """The question that waits."""
        return self._question

    def put(self, question: Question) -> "Future[Answer | None]":
        """Ask; a question that still waits is given up.

        Await the future in a worker only: a message handler that waits for it waits forever.
        """
        if self._question is None:
            self._before = self.screen.focused
        else:
            self._close(None, back=False)
        future: Future[Answer | None] = get_running_loop().create_future()
        self._question, self._future = question, future
        self.display = True
        options = question.options
        if options and question.text:
            options = (*options, Option(self.FREE, t("ask.other")))
        self._field.limit, self._field.fold = question.limit, question.fold
        self._field.takes = question.takes
        self._field.password = question.password
        self._field.placeholder = question.placeholder
        self._field.select_on_focus = not question.mend
        with self.prevent(Input.Changed):
            self._field.value = question.value
        self._field.cursor_position = len(self._field.value)
        self._found_for = None
        if question.find is not None:
            self._show_field("ask.find")
            self._look_up(question.value)
        elif options:
            self._choices.show(options, numbered=True, chosen=question.chosen)
            self._choices.display = True
            self._field.display = False
            self.add_class("-choose")
            self._say(t("ask.choose"))
            self.screen.set_focus(self._choices)
        else:
            self._choices.display = False
            self._show_field("ask.type")
        return future

    def choose_current(self) -> None:
        """Choose the option at the cursor, as Enter does (the key that asked, pressed again)."""
        if self._choices.options and self._choices.display:
            self._choices.choose()

    def cancel(self) -> None:
        """Give the question up."""
        if self._question is not None:
            self._close(None)

    def _show_field(self, hint: str) -> None:
        self._field.display = True
        self.remove_class("-choose")
        self._say("" if self._field.placeholder else t(hint))
        self.screen.set_focus(self._field)

    def _say(self, hint: str, style: str = "$foreground 65%") -> None:
        prompt = self._question.prompt if self._question is not None else ""
        told = line(("? ", "bold"), (prompt, "bold"), "  ", (hint, style), " " if hint else "")
        self._prompt.say(told, layout=True)

    # --- answering ------------------------------------------------------------------------

    def action_cancel(self) -> None:
        """Esc: give the question up."""
        self.cancel()

    def action_move(self, step: int) -> None:
        """Up and down while the field has the focus."""
        self._choices.move(step)

    @on(Choices.Chosen)
    def _chosen(self, event: Choices.Chosen) -> None:
        event.stop()
        if event.option.why:
            self._say(event.option.why, "$text-warning")
        elif event.option.key == self.FREE:
            self._choices.display = False
            self._show_field("ask.type")
        elif self._question is not None:
            self._close(Answer(event.option.key, event.option.label))

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._question is not None and self._question.find is not None:
            self._look_up(self._field.value)

    @on(Field.Entered)
    def _entered(self, event: Field.Entered) -> None:
        event.stop()
        question = self._question
        if question is None:
            return
        if question.find is not None:
            self._look_up(event.value)
            if self._choices.options:
                self._choices.choose()
                return
            if not question.text:
                self._say(t("ask.none"), "$text-warning")
                return
        text = event.value if question.password else clean(event.value).strip()
        if question.required and not text:
            self._say(t("ask.required"), "$text-warning")
            return
        self._close(Answer("", text))

    def _look_up(self, text: str) -> None:
        if self._question is None or self._question.find is None or text == self._found_for:
            return
        self._found_for = text
        found = self._question.find(text)
        self._choices.show([Option(key, label) for key, label in found], numbered=False)
        self._choices.display = bool(found)
        self._say("" if found or not text else t("ask.none"))

    def _close(self, answer: Answer | None, *, back: bool = True) -> None:
        question, future = self._question, self._future
        self._question = self._future = None
        with self.prevent(Input.Changed):
            self._field.value = ""
        self._choices.show((), numbered=False)
        if back:
            self.display = False
            if self._before is not None and self._before.is_attached:
                self.screen.set_focus(self._before)
        if future is not None and not future.done():
            future.set_result(answer)
        if question is not None:
            self.post_message(self.Answered(self, question, answer))

    def on_unmount(self, _event: events.Unmount) -> None:
        """Whoever still waits is told that there will be no answer."""
        if self._future is not None and not self._future.done():
            self._future.set_result(None)
