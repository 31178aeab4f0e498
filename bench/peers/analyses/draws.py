"""The engine's random numbers (engine/base/random.ts), so that an attack here makes the same draws: xoshiro128**, streams by name."""

import math

MASK = 0xFFFFFFFF


def mix(h):
    h = (h ^ (h >> 16)) * 0x85EBCA6B & MASK
    h = (h ^ (h >> 13)) * 0xC2B2AE35 & MASK
    return h ^ (h >> 16)


def hash_name(name):
    h = 0x811C9DC5
    for letter in name:
        h = (h ^ ord(letter)) * 0x01000193 & MASK
    return h


class Rng:
    def __init__(self, seed, purpose, i=0, j=0, k=0):
        h = mix((seed ^ 0x9E3779B9) & MASK)
        h = mix(h ^ hash_name(purpose))
        h = mix((h + i * 0x9E3779B1) & MASK)
        h = mix(h ^ ((j + 1) * 0x85EBCA77 & MASK))
        h = mix((h + (k + 1) * 0xC2B2AE3D) & MASK)
        self.a, self.b, self.c, self.d = (
            mix((h + step) & MASK) for step in (0x9E3779B9, 0x3C6EF372, 0xDAA66D2B, 0x78DDE6E4)
        )

    def uint32(self):
        r = self.b * 5 & MASK
        result = ((r << 7 | r >> 25) & MASK) * 9 & MASK
        t = self.b << 9 & MASK
        self.c ^= self.a
        self.d ^= self.b
        self.b ^= self.c
        self.a ^= self.d
        self.c ^= t
        self.d = (self.d << 11 | self.d >> 21) & MASK
        return result

    def uniform(self):
        return self.uint32() * 2**-32

    def below(self, n):
        limit = 2**32 - 2**32 % n
        x = self.uint32()
        while x >= limit:
            x = self.uint32()
        return x % n


def some(n, probability, limit, rng):
    """Each of n things with this probability; at most `limit` of them."""
    taken = []
    rate = math.log1p(-probability)
    i = 0
    while True:
        i += math.floor(math.log(1 - rng.uniform()) / rate)
        if i >= n:
            break
        taken.append(i)
        i += 1
    if len(taken) <= limit:
        return taken
    for i in range(limit):
        j = i + rng.below(len(taken) - i)
        taken[i], taken[j] = taken[j], taken[i]
    return taken[:limit]
