"""The pictures of a post of the editorial calendar."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from workplace.models.posts import Post

# X accepts the shortest descriptions: 1,000 characters (docs/calendar.md).
MAX_PICTURE_ALT = 1_000


class PostPicture(models.Model):
    """A picture of a post: a JPEG that Vigie wrote itself (workplace/post_pictures.py), and its description.

    `position` orders the pictures of a post, from 0. `alt` is "" as long as nobody has written one.
    """

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="pictures", db_index=False)
    position = models.PositiveSmallIntegerField()
    jpeg = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    alt = models.CharField(_("description"), max_length=MAX_PICTURE_ALT, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["post", "position"], name="picture_by_position")]

    def __str__(self) -> str:
        return self.alt
