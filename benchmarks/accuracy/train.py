"""Train the network of the accuracy benchmark and write network.onnx; needs PyTorch (the environment of set_up.sh).

Convolutions with residual blocks, two of them with a projection, pooling, a layer of self-attention over the 64
positions of the last map, and a linear layer. `python benchmarks/accuracy/train.py` takes half a minute.
"""

from __future__ import annotations

import sys
from pathlib import Path

import torch
from data import CLASSES, TRAINING, images
from torch import nn

WIDTHS = (16, 24, 32)


class Block(nn.Module):
    """Two convolutions with a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        )
        self.second = nn.Sequential(nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        changed = stride > 1 or inputs != outputs
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride) if changed else nn.Identity()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Both ways, added up."""
        return torch.relu(self.second(torch.relu(self.first(x))) + self.shortcut(x))


class Attention(nn.Module):
    """Self-attention of one head over the positions of a map, with normalisation and a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))
        self.scale = width**-0.5

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Tokens (samples, positions, width)."""
        y = self.norm(x)
        weights = torch.softmax(self.query(y) @ self.key(y).transpose(1, 2) * self.scale, dim=-1)
        return x + self.out(weights @ self.value(y))


class Network(nn.Module):
    """The network."""

    def __init__(self) -> None:
        super().__init__()
        first, second, third = WIDTHS
        self.stem = nn.Sequential(nn.Conv2d(3, first, 3, 1, 1, bias=False), nn.BatchNorm2d(first), nn.ReLU())
        self.pool = nn.MaxPool2d(2)
        self.blocks = nn.Sequential(Block(first, first, 1), Block(first, second, 2), Block(second, third, 1))
        self.attention = Attention(third)
        self.last = nn.Linear(third, CLASSES)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores of the classes."""
        maps = self.blocks(self.pool(self.stem(x)))
        tokens = self.attention(maps.flatten(2).transpose(1, 2))
        return self.last(tokens.mean(dim=1))


def main() -> None:
    """Train, say how well it does, and write the file."""
    torch.manual_seed(0)
    epochs = int(sys.argv[1]) if len(sys.argv) > 1 else 8
    inputs, labels = images(6000, TRAINING)
    x, y, network = torch.from_numpy(inputs), torch.from_numpy(labels), Network()
    optimiser = torch.optim.AdamW(network.parameters(), 4e-3, weight_decay=1e-3)
    steps = epochs * (len(x) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 8e-3, total_steps=steps)
    for epoch in range(epochs):
        for chosen in torch.randperm(len(x))[: len(x) // 64 * 64].split(64):
            loss = nn.functional.cross_entropy(network(x[chosen]), y[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
        print(f"epoch {epoch + 1}: loss {float(loss):.3f}", flush=True)
    network.eval()
    tested, due = images(1000, 99)
    with torch.no_grad():
        right = network(torch.from_numpy(tested)).argmax(1).numpy() == due
    print(f"{100 * right.mean():.1f} % of images that are in no other set")
    target = Path(__file__).with_name("network.onnx")
    torch.onnx.export(
        network, (x[:1],), str(target), input_names=["image"], output_names=["scores"], dynamo=False,
        dynamic_axes={"image": {0: "samples"}, "scores": {0: "samples"}},
    )  # fmt: skip
    torch.save(network.state_dict(), target.with_suffix(".pt"))


if __name__ == "__main__":
    main()
