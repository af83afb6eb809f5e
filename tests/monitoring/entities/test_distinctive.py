"""The distinctive names: by stories and authors, against earlier texts, without those of the project."""

from monitoring.entities.distinctive import Text, distinctive_names


def texts(line, count, *, start=0, is_earlier=False, author="", story=None):
    """Return texts with a name, each a story of its own by an author of its own unless they are given."""
    return [
        Text(line.format(number), story or start + number, author or f"a{number}", is_earlier)
        for number in range(count)
    ]


def names(*parts, left_out=(), limit=10):
    listed = distinctive_names([one for part in parts for one in part], left_out, limit)
    return [one.name for one in listed]


NOVA, LILLE = "enfin la Nova numéro {}", "un colis perdu à Lille {}"


def test_names_are_listed_by_how_much_more_frequent_they_are():
    earlier = texts(LILLE, 6, start=100, is_earlier=True) + texts("rien {}", 20, start=200, is_earlier=True)
    listed = distinctive_names(
        [*texts(NOVA, 8), *texts(LILLE, 3, start=20), *texts("rien {}", 20, start=50), *earlier], (), 10
    )
    assert [(one.name, one.stories, one.ratio, one.is_new) for one in listed] == [("Nova", 8, None, True)]


def test_ratio_says_how_many_times_as_often_as_earlier():
    earlier = texts(NOVA, 2, start=100, is_earlier=True) + texts("rien {}", 38, start=200, is_earlier=True)
    (name,) = distinctive_names([*texts(NOVA, 10), *texts("rien {}", 10, start=50), *earlier], (), 10)
    assert name.ratio == 10 and not name.is_new


def test_without_earlier_texts_the_most_frequent_names_are_listed():
    listed = distinctive_names([*texts(LILLE, 3), *texts(NOVA, 5, start=20)], (), 10)
    assert [(one.name, one.ratio, one.is_new) for one in listed] == [("Nova", None, False), ("Lille", None, False)]
    assert names(texts(LILLE, 3), texts(NOVA, 5, start=20), limit=1) == ["Nova"]


def test_reprints_and_one_author_count_once():
    assert names(texts(NOVA, 5, story=7)) == []
    assert names(texts(NOVA, 5, author="Anne")) == []
    assert names(texts(NOVA, 2)) == [] and names(texts(NOVA, 3)) == ["Nova"]


def test_a_name_only_at_the_start_of_sentences_is_not_listed():
    assert names(texts("Nova numéro {}", 6)) == []


def test_names_of_the_project_are_left_out():
    lines = [*texts("chez Maison Lumen {}", 4), *texts("avec @maisonlumen {}", 4, start=20), *texts(NOVA, 4, start=40)]
    assert names(lines, left_out=["Maison Lumen"]) == ["Nova"]
    assert names(lines, left_out=["maison", "lumen", "maison lumen"]) == ["Nova"]
    assert names(lines, left_out=["Nova"]) == ["Maison Lumen"]


def test_a_part_of_a_name_is_not_listed_with_it():
    assert names(texts("avec Ségolène Royal ici {}", 4), texts("avec Royal {}", 3, start=20)) == ["Ségolène Royal"]
    listed = names(texts("avec Ségolène Royal ici {}", 3), texts("avec Royal {}", 9, start=20))
    assert set(listed) == {"Royal", "Ségolène Royal"}


def test_a_name_is_written_as_most_texts_write_it():
    assert names(texts("un iPhone 15 ici {}.", 3), texts("un IPHONE 15 ici {}.", 2, start=20)) == ["iPhone 15"]
