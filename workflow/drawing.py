"""A flow as a picture: Mermaid text (stateDiagram-v2), made from the definition a case runs on."""

from workflow.definition import Action, Flow, Title


def mermaid(flow: Flow, lang: str = "zh") -> str:
    """The state diagram of ``flow`` with the names in ``lang`` ('zh' or 'en'); ends with a line break.

    Actions by the clock or the system alone are marked ⏱ and ⚙; one that leaves the state alone is a loop.
    """
    lines = ["stateDiagram-v2"]
    lines += [f"  state {_quoted(state.title, lang)} as {state.name}" for state in flow.states.values()]
    lines.append(f"  [*] --> {flow.initial.name}")
    lines += [
        f"  {source} --> {action.target or source}: {_label(action, lang)}"
        for action in flow.actions.values()
        for source in action.sources
    ]
    lines += [f"  {state.name} --> [*]" for state in flow.states.values() if state.final]
    return "\n".join(lines) + "\n"


def _quoted(title: Title, lang: str) -> str:
    return '"' + _plain(title.in_(lang)) + '"'


def _label(action: Action, lang: str) -> str:
    mark = {frozenset({"clock"}): "⏱ ", frozenset({"system"}): "⚙ "}.get(action.by, "")
    return mark + _plain(action.title.in_(lang))


def _plain(text: str) -> str:
    # these four end a label or a statement in Mermaid
    return text.translate(str.maketrans('":;#', "”：；＃"))
