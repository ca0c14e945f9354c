"""Writes scikitLearn.json, what scikit-learn says of data that latent.test.ts draws in the same way.

python scikitLearn.py > scikitLearn.json
"""

import json

import numpy as np
import sklearn
from sklearn.cluster import HDBSCAN
from sklearn.manifold import trustworthiness
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score


def uniform(seed):
    """Numerical Recipes' linear congruential generator."""
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state / 2**32


draw = uniform(7)
a = [int(next(draw) * 4) for _ in range(60)]
b = [(x if next(draw) < 0.6 else int(next(draw) * 5)) for x in a]

draw = uniform(11)
codes = np.array([[next(draw) * (1 + c) for c in range(5)] for _ in range(120)], dtype=np.float32)
places = np.array([[x[4] + 0.5 * next(draw), x[3]] for x in codes], dtype=np.float32)

draw = uniform(23)
points = []
for i in range(240):
    kind = i % 4
    if kind == 3:
        points.append([next(draw) * 20 - 5 for _ in range(3)])
    else:
        width = [0.6, 1.0, 1.6][kind]
        around = lambda: width * (next(draw) + next(draw) + next(draw) - 1.5)
        points.append([kind * 6 + around(), kind * 3 + around(), around()])
points = np.array(points, dtype=np.float32)


def clusters(size, samples):
    found = HDBSCAN(min_cluster_size=size, min_samples=samples, copy=True).fit(points)
    return {"minSize": size, "minSamples": samples, "clusters": found.labels_.tolist()}


print(
    json.dumps(
        {
            "version": sklearn.__version__,
            "ari": adjusted_rand_score(a, b),
            "nmi": normalized_mutual_info_score(a, b),
            "trustworthiness": [
                {"k": k, "value": trustworthiness(codes, places, n_neighbors=k)} for k in (5, 15)
            ],
            "hdbscan": [clusters(10, 10), clusters(5, 5), clusters(15, 4)],
        }
    )
)
