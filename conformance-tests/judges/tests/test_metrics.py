"""Distances with known answers."""

import unittest
from math import log

import numpy as np

from referee.metrics import LEAST_MEAN_KL, Distance, distance

SHARP = [log(0.5), log(0.25), log(0.25)]
FLAT = [log(1 / 3)] * 3
ROUNDING = 1e-15


class MetricsTest(unittest.TestCase):
    """Each expected number is worked out by hand beside it."""

    def test_equal_logits_are_at_no_distance(self) -> None:
        logits = np.random.default_rng(1).standard_normal((2, 3, 7)) * 10
        measured = distance(logits, logits.copy(), 0.0)
        self.assertEqual(6, measured.positions)
        self.assertEqual((0.0, 0.0), (measured.forward_max, measured.backward_max))
        self.assertEqual((6, 0, 0), (measured.agreements, measured.ties, measured.misses))

    def test_a_constant_added_to_all_logits_changes_nothing(self) -> None:
        measured = distance(np.array([SHARP]), np.array([SHARP]) + 1000.0, 0.0)
        # Adding 1000 rounds each logit by at most half of 2^-43.
        self.assertLess(measured.forward_max, 1e-24)

    def test_divergence_is_the_one_worked_out_by_hand_in_both_directions(self) -> None:
        measured = distance(np.array([SHARP]), np.array([FLAT]), 0.0)
        forward = 0.5 * log(3 / 2) + 0.5 * log(3 / 4)
        backward = (log(2 / 3) + 2 * log(4 / 3)) / 3
        self.assertAlmostEqual(forward, measured.forward_mean, delta=ROUNDING)
        self.assertAlmostEqual(backward, measured.backward_mean, delta=ROUNDING)
        self.assertEqual(max(measured.forward_mean, measured.backward_mean), measured.mean_kl)

    def test_a_negative_mean_is_not_hidden_by_the_other_direction(self) -> None:
        measured = Distance(1, 1e-3, 1e-3, -2e-12, 0.0, 1, 0, 0)
        self.assertEqual((1e-3, -2e-12), (measured.mean_kl, measured.least_mean_kl))
        self.assertLess(measured.least_mean_kl, LEAST_MEAN_KL)

    def test_mean_and_maximum_are_over_positions(self) -> None:
        reference, other = np.array([SHARP, SHARP]), np.array([SHARP, FLAT])
        measured = distance(reference, other, 0.0)
        self.assertAlmostEqual(measured.forward_max / 2, measured.forward_mean, delta=ROUNDING)
        self.assertAlmostEqual(measured.backward_max / 2, measured.backward_mean, delta=ROUNDING)

    def test_a_divergence_far_below_rounding_of_its_summands_is_still_seen(self) -> None:
        # Two tokens, logit difference d: KL is d^2 / 8 up to d^4.
        step = 1e-9
        measured = distance(np.array([[0.0, 0.0]]), np.array([[step, 0.0]]), 1.0)
        self.assertAlmostEqual(step**2 / 8, measured.forward_mean, delta=1e-16)
        self.assertGreaterEqual(measured.forward_mean, 0.0)

    def test_a_disagreement_within_the_tie_width_is_a_tie_and_beyond_it_a_miss(self) -> None:
        reference = np.array([[1.0, 0.75, 0.0]] * 3)
        other = np.array([[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 1.0, 2.0]])
        measured = distance(reference, other, 0.25)
        self.assertEqual((1, 1, 1), (measured.agreements, measured.ties, measured.misses))
        self.assertEqual(1 / 3, measured.top1)
        narrow = distance(reference, other, 0.2)
        self.assertEqual((1, 0, 2), (narrow.agreements, narrow.ties, narrow.misses))

    def test_float16_recordings_are_compared_in_float64(self) -> None:
        reference = np.array([[60000.0, 0.0]], dtype=np.float16)
        measured = distance(reference, np.array([[60000.0, 0.0]], dtype=np.float32), 0.0)
        self.assertEqual(0.0, measured.forward_mean)

    def test_numbers_that_are_not_finite_are_refused_on_either_side(self) -> None:
        for bad in (np.nan, np.inf, -np.inf):
            for side in (0, 1):
                pair = [np.array([SHARP]), np.array([SHARP])]
                pair[side][0, 1] = bad
                with self.subTest(bad=bad, side=side), self.assertRaisesRegex(ValueError, "finite"):
                    distance(pair[0], pair[1], 0.0)

    def test_other_shapes_and_no_positions_are_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "shape"):
            distance(np.zeros((1, 3)), np.zeros((1, 4)), 0.0)
        with self.assertRaisesRegex(ValueError, "at least one"):
            distance(np.zeros((0, 3)), np.zeros((0, 3)), 0.0)


if __name__ == "__main__":
    unittest.main()
