from tests.rooms import PICTURE, build_picture


def test_the_picture_of_the_rooms_is_that_of_the_code():
    assert PICTURE.read_text(encoding="utf-8") == build_picture(), "make docs draws it anew"
