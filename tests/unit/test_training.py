"""The promise: training shows its progress on one line, and leaves one tidy line behind; its
learning rate falls along a cosine to zero, and outputs do not depend on the batches.
"""

import re
import subprocess
from types import ModuleType

import numpy as np
import pytest


@pytest.fixture
def output(lesson: subprocess.CompletedProcess[bytes]) -> str:
    """Return what the lesson printed while it trained, carriage returns and all."""
    assert lesson.returncode == 0, lesson.stderr.decode()
    return lesson.stdout.decode()


def on_a_terminal(text: str) -> list[str]:
    """Apply carriage returns as a terminal does: later text covers earlier text."""
    lines = []
    for line in text.split("\n")[:-1]:
        seen = ""
        for piece in line.split("\r"):
            seen = piece + seen[len(piece) :]
        lines.append(seen.rstrip())
    return lines


def in_a_notebook(text: str) -> list[str]:
    """Apply carriage returns as notebooks do: later text replaces the whole line."""
    return re.sub(r"[^\n]*\r(?!\n)", "", text).split("\n")[:-1]


def test_one_summary_line_remains(output: str) -> None:
    for lines in (on_a_terminal(output), in_a_notebook(output)):
        assert len(lines) == 2
        assert re.fullmatch(r"Trained head: 3 epochs \(measured \d+\.\d s\)", lines[0])
        assert re.fullmatch(r"Trained a model with .*: 1 epoch \(measured \d+\.\d s\)", lines[1])


def test_progress_shows_epoch_metrics_and_time_left(output: str) -> None:
    shown = output.split("\n")[0].split("\r")
    number = r"\d+\.\d{3}"
    metrics = rf"loss {number} · mae {number} · val_loss {number} · val_mae {number}"
    for epoch in (1, 2, 3):
        ends = [line for line in shown if line.startswith(f"head: epoch {epoch}/3 · ")]
        assert any(re.match(rf"head: epoch {epoch}/3 · {metrics} · \d", line) for line in ends)
    first = shown[1]
    assert re.fullmatch(rf"head: epoch 0/3 · loss {number} · mae {number} · \d+ s left *", first)


def test_progress_never_wraps(output: str) -> None:
    pieces = [piece for line in output.split("\n") for piece in line.split("\r")[:-1]]
    assert {len(piece) for piece in pieces} == {0, 78}


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    """Load Keras when a test first needs it, because that takes long."""
    import keras

    return keras


@pytest.fixture(scope="module")
def training(keras: ModuleType) -> ModuleType:
    from milestones import training

    return training


@pytest.fixture
def classes() -> tuple[np.ndarray, np.ndarray]:
    """Return 70 points in two classes that a line divides."""
    points = np.random.default_rng(0).standard_normal((70, 3)).astype("float32")
    return points, (points[:, 0] > 0).astype(int)


def network(keras: ModuleType) -> object:
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])


def test_fit_learns_and_says_so_in_one_line(
    keras: ModuleType,
    training: ModuleType,
    classes: tuple[np.ndarray, np.ndarray],
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = network(keras)
    history = training.fit(model, *classes, epochs=30, learning_rate=0.1, name="the line")
    (line,) = in_a_notebook(capsys.readouterr().out)
    assert re.fullmatch(r"Trained the line: 30 epochs \(measured \d+\.\d s\)", line)
    assert len(history["loss"]) == 30
    assert history["loss"][-1] < history["loss"][0] / 2
    guesses = training.outputs(model, classes[0]).argmax(axis=1)
    assert np.mean(guesses == classes[1]) > 0.9


def test_the_learning_rate_falls_along_a_cosine_to_zero(
    keras: ModuleType, training: ModuleType, classes: tuple[np.ndarray, np.ndarray]
) -> None:
    rates, model = [], network(keras)
    watcher = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: rates.append(float(model.optimizer.learning_rate))
    )
    data = {"epochs": 4, "learning_rate": 0.5, "batch_size": 32, "callbacks": [watcher]}
    training.fit(model, *classes, **data)
    # 70 examples are three batches, the last one smaller, so that all steps are twelve.
    expected = [0.25 * (1 + np.cos(np.pi * step / 12)) for step in (3, 6, 9, 12)]
    assert rates == pytest.approx(expected, abs=1e-6)


def test_fit_takes_a_loss_and_several_inputs(
    keras: ModuleType, training: ModuleType, classes: tuple[np.ndarray, np.ndarray]
) -> None:
    points, labels = classes
    inputs = [keras.Input((3,), name="a"), keras.Input((3,), name="b")]
    model = keras.Model(inputs, keras.layers.Dense(1)(keras.layers.add(inputs)))
    both, loss = {"a": points, "b": points}, keras.losses.MeanSquaredError()
    before = np.mean((training.outputs(model, both)[:, 0] - labels) ** 2)
    history = training.fit(model, both, labels, 5, 0.05, batch_size=70, loss=loss)
    assert history["loss"][0] == pytest.approx(before, rel=1e-4)


def test_outputs_are_those_of_inference_whatever_the_batches(
    keras: ModuleType, training: ModuleType, classes: tuple[np.ndarray, np.ndarray]
) -> None:
    model = network(keras)
    model.add(keras.layers.Dropout(0.9))
    kernel, bias = model.get_weights()
    for batch_size in (1, 32, 128):
        found = training.outputs(model, classes[0], batch_size)
        assert isinstance(found, np.ndarray)
        np.testing.assert_allclose(found, classes[0] @ kernel + bias, rtol=1e-4, atol=1e-6)
