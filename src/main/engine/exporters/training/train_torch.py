"""Goes on training with PyTorch, on one device or, under torchrun, on several or on several machines.

    python train_torch.py IMAGES --epochs 10
    torchrun --nproc-per-node 4 train_torch.py IMAGES --epochs 10
    torchrun --nnodes 2 --nproc-per-node 4 --rdzv-backend c10d --rdzv-endpoint HOST:29500 train_torch.py IMAGES

Writes trained.safetensors, which Hourglass imports together with spec.json, after each epoch.
"""

import argparse
import json
import os
import time
from pathlib import Path

import torch
import torch.distributed as dist
from safetensors.torch import save_file
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler

from data import CONFIG, Images
from model import SPEC, Autoencoder

HERE = Path(__file__).parent


def loss_of(drawn, clean):
    if CONFIG["loss"] == "mae":
        return (drawn - clean).abs().mean()
    if CONFIG["loss"] == "charbonnier":
        return ((drawn - clean) ** 2 + 1e-6).sqrt().mean()
    if CONFIG["loss"] == "binary-crossentropy":
        return torch.nn.functional.binary_cross_entropy(drawn, clean)
    return ((drawn - clean) ** 2).mean()


def optimizer_of(parameters):
    given = CONFIG["optimizer"]
    rate, betas, epsilon = given["learningRate"], (given["beta1"], given["beta2"]), given["epsilon"]
    if given["name"] == "sgd":
        return torch.optim.SGD(parameters, rate, momentum=given["momentum"])
    if given["name"] == "rmsprop":
        return torch.optim.RMSprop(parameters, rate, alpha=given["decay"], eps=epsilon, momentum=given["momentum"])
    if given["name"] == "adamw":
        return torch.optim.AdamW(parameters, rate, betas, epsilon, weight_decay=given["weightDecay"])
    return torch.optim.Adam(parameters, rate, betas, epsilon)


def save(model, path):
    """Whole or not at all."""
    weights = {}
    for name in SPEC["shapes"]:
        weights[name] = model.state_dict()["layers." + name.replace(".", "_")].detach().cpu().contiguous()
    beside = path.with_suffix(".partial")
    # What Hourglass needs to know its model again.
    save_file(weights, str(beside), metadata={"format": "pt", "hourglass_spec": json.dumps(SPEC["hourglass"])})
    os.replace(beside, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("images", help="a folder of images")
    parser.add_argument("--epochs", type=int, default=CONFIG["epochs"])
    parser.add_argument("--batch", type=int, default=CONFIG["batchSize"], help="images of a step, over all processes")
    parser.add_argument("--workers", type=int, default=2, help="processes that read images, for each that trains")
    parser.add_argument("--out", type=Path, default=HERE / "trained.safetensors")
    options = parser.parse_args()

    rank, ranks, local = (int(os.environ.get(name, given)) for name, given in
                          (("RANK", 0), ("WORLD_SIZE", 1), ("LOCAL_RANK", 0)))
    on_gpu = torch.cuda.is_available()
    device = torch.device("cuda", local) if on_gpu else torch.device("cpu")
    if ranks > 1:
        dist.init_process_group("nccl" if on_gpu else "gloo")

    model = Autoencoder.load().to(device)
    trained = DistributedDataParallel(model, device_ids=[local] if on_gpu else None) if ranks > 1 else model
    optimizer = optimizer_of(trained.parameters())
    images = Images(options.images)
    sampler = DistributedSampler(images, ranks, rank)
    loader = DataLoader(images, max(1, options.batch // ranks), sampler=sampler, num_workers=options.workers)
    for epoch in range(options.epochs):
        sampler.set_epoch(epoch)
        images.epoch = epoch
        started, sums = time.monotonic(), torch.zeros(2, device=device)
        for corrupted, clean, sigma in loader:
            corrupted, clean, sigma = corrupted.to(device), clean.to(device), sigma.to(device)
            loss = loss_of(trained(corrupted, sigma), clean)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            sums += torch.stack([loss.detach() * len(clean), torch.tensor(float(len(clean)), device=device)])
        if ranks > 1:
            dist.all_reduce(sums)
        if rank == 0:
            save(model, options.out)
            line = {"epoch": epoch + 1, "loss": (sums[0] / sums[1]).item(), "processes": ranks,
                    "images_per_second": sums[1].item() / (time.monotonic() - started)}
            print(json.dumps(line), flush=True)
    if ranks > 1:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()
