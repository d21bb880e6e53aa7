"""What families ask of clips, weights and labels in vain: found before any training."""

from importlib import import_module

from crossmodal.contracts.errors import InputError
from crossmodal.families.registry import FAMILIES
from crossmodal.study.checks.clips import clip_selection
from crossmodal.study.study import Study


def family_problems(study: Study) -> list[InputError]:
    """What the families' jobs would refuse, by clip names, weights and labels."""
    chosen = clip_selection(study)[1] if study.families else None
    return [
        problem
        for name, block in study.families
        if (module := FAMILIES[name].data_checks)
        for problem in import_module(module).problems(block, study, chosen)
    ]
