"""Reading each data set into arrays, and refusing what is damaged by naming the file at fault."""

from milestones.data.loaders import images, source, text, timeline, weights
from milestones.data.loaders.images import *  # noqa: F403
from milestones.data.loaders.source import *  # noqa: F403
from milestones.data.loaders.text import *  # noqa: F403
from milestones.data.loaders.timeline import *  # noqa: F403
from milestones.data.loaders.weights import *  # noqa: F403

__all__: list[str] = []
__all__ += images.__all__
__all__ += source.__all__
__all__ += text.__all__
__all__ += timeline.__all__
__all__ += weights.__all__
