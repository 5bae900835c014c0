import tempfile
import unittest

from wall import Refused, Wall

PICTURE = b"\x89PNG and so on"


class OnTheWall(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.wall = Wall(folder.name)
        self.token = self.wall.hang("party.png", PICTURE)

    def test_what_was_hung_is_there(self):
        self.assertEqual(self.wall.names(), ["party.png"])
        self.assertEqual(self.wall.picture("party.png"), PICTURE)

    def test_only_pictures_are_hung(self):
        with self.assertRaises(Refused):
            self.wall.hang("notes.txt", b"words")

    def test_none_is_hung_over_another(self):
        with self.assertRaises(Refused):
            self.wall.hang("party.png", PICTURE)

    def test_what_is_missing_is_refused(self):
        with self.assertRaises(Refused):
            self.wall.picture("exam.png")

    def test_the_token_takes_it_down(self):
        self.wall.take_down("party.png", self.token)
        self.assertEqual(self.wall.names(), [])

    def test_another_token_does_not(self):
        with self.assertRaises(Refused):
            self.wall.take_down("party.png", "0" * 16)
