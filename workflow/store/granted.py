"""Which items of a project are granted: the one place that says so, for every statement that asks."""


def granted_items(project_id: str) -> str:
    """A SELECT of the codes, each once, in one column ``item``; ``project_id`` is SQL of our own, never typed.

    By cases of their own, or by a joint acceptance all segments of which are filed: it says itself what it stands for.
    """
    return f"""
    SELECT g.item FROM cases g WHERE g.project_id = {project_id} AND g.outcome = 'granted' AND g.item IS NOT NULL
    UNION
    SELECT jsonb_array_elements_text(a.data -> 'accepted_items') FROM cases a
    WHERE a.project_id = {project_id} AND a.flow = 'acceptance' AND a.outcome = 'accepted'"""  # noqa: S608
