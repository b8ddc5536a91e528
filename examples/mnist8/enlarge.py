"""Write `test.npz` and `calibration.npz`: digits of scikit-learn in the format of MNIST, for `neuroest behave`.

Each digit of 8 x 8 pixels is enlarged to 20 x 20 by cubic splines and moved so that its centre of mass is the middle
of 28 x 28 pixels, with values from 0 to 255, as MNIST has them. Needs `scikit-learn` and `scipy`.
"""

from pathlib import Path

import numpy as np
from scipy.ndimage import center_of_mass, shift, zoom
from sklearn.datasets import load_digits

HERE = Path(__file__).parent
PIXELS, SIZE, FULL, OF_DIGIT = 28, 20, 255, 16
TEST, CALIBRATION = 200, 100


def enlarged(digit: np.ndarray) -> np.ndarray:
    """A digit of 8 x 8 pixels from 0 to 16 as one of 28 x 28 from 0 to 255."""
    image = np.zeros((PIXELS, PIXELS))
    edge = (PIXELS - SIZE) // 2
    large = zoom(digit / OF_DIGIT, SIZE / len(digit), order=3)
    image[edge : edge + SIZE, edge : edge + SIZE] = np.clip(large, 0.0, 1.0)
    middle = (PIXELS - 1) / 2.0
    moved = shift(image, [middle - centre for centre in center_of_mass(image)], order=1)
    return np.rint(np.clip(moved, 0.0, 1.0) * FULL).astype(np.uint8)


def main() -> None:
    """Write both files, from the last digits of the data set."""
    digits, classes = load_digits(return_X_y=True)
    images = np.stack([enlarged(digit.reshape(8, 8)) for digit in digits[-TEST - CALIBRATION :]])[:, None]
    labels = classes[-TEST - CALIBRATION :]
    np.savez_compressed(HERE / "calibration.npz", input=images[:CALIBRATION], labels=labels[:CALIBRATION])
    np.savez_compressed(HERE / "test.npz", input=images[CALIBRATION:], labels=labels[CALIBRATION:])


if __name__ == "__main__":
    main()
