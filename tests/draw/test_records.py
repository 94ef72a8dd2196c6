"""What pictures are made of cannot be changed, and takes no more room than it must."""

from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

from autograd import Value
from autograd.draw import alike, figure, figure_of, item, place
from autograd.draw.item import Look


def records():
    modules = alike, figure, item, place
    kinds = {kind for module in modules for kind in vars(module).values() if is_dataclass(kind)}
    return sorted(kinds, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", records())
def test_a_record_is_frozen_and_has_slots(kind):
    made = object.__new__(kind)
    for field in fields(kind):
        with pytest.raises(FrozenInstanceError):
            setattr(made, field.name, None)
    assert not hasattr(made, "__dict__")


def test_equal_pictures_are_made_of_equal_records():
    x = Value(2.0, "x")
    assert figure_of(x * x) != figure_of(x * x)  # of other nodes
    y = x * x
    assert figure_of(y) == figure_of(y) and isinstance(figure_of(y)[1], Look)
    assert hash(figure_of(y)[0]) == hash(figure_of(y)[0])
