import type { Network } from "../network/index.js";

type UnetSpec = Extract<Network["spec"], { readonly kind: "unet" }>;

/** The methods of a U-Net in PyTorch; `embedding` are the lines that make e of t and y. */
export function unetForward(spec: UnetSpec, embedding: readonly string[]): string {
  const { image, multipliers, blocks, heads, groups } = spec;
  const [C, height, width] = image;
  const sizes = sizesAbove([height, width], multipliers.length);
  return `    def conv(self, name, x, stride=1):
        weight = self.w[name + "_weight"]
        return F.conv2d(x, weight, self.w[name + "_bias"], stride=stride, padding=weight.shape[-1] // 2)

    def norm(self, name, x):
        return F.group_norm(x, ${groups}) * self.w[name + "_weight"] + self.w[name + "_bias"]

    def block(self, name, x, e):
        h = self.conv(name + "_0", F.silu(self.norm(name + "_norm", x)))
        scale, shift = self.linear(name + "_film", e)[..., None, None].chunk(2, 1)
        h = self.conv(name + "_1", F.silu(F.group_norm(h, ${groups}) * (1 + scale) + shift))
        return (self.conv(name + "_shortcut", x) if name + "_shortcut_weight" in self.w else x) + h
${heads > 0 ? attention(heads) : ""}
    def forward(self, t, x, y=None):
${embedding.join("\n")}
        h = self.conv("in", x.reshape(-1, ${C}, ${height}, ${width}))
        kept = []
        for i in range(${multipliers.length}):
            for j in range(${blocks}):
                h = self.block(f"down_{i}_{j}", h, e)
                kept.append(h)
            if i < ${multipliers.length - 1}:
                h = self.conv(f"down_{i}_half", h, 2)
        h = self.block("middle_0", h, e)
${heads > 0 ? '        h = self.attention("middle_attention", h)\n' : ""}        h = self.block("middle_1", h, e)
        for i, size in enumerate([${sizes.join(", ")}]):
            for j in range(${blocks}):
                h = self.block(f"up_{i}_{j}", torch.cat([h, kept.pop()], 1), e)
            if size is not None:
                doubled = F.interpolate(h, scale_factor=2, mode="nearest")
                h = self.conv(f"up_{i}_double", doubled[..., : size[0], : size[1]])
        return self.conv("out", F.silu(self.norm("out_norm", h))).flatten(1)
`;
}

const attention = (heads: number): string => `
    def attention(self, name, x):
        all = self.conv(name + "_qkv", self.norm(name + "_norm", x))
        q, k, v = all.reshape(x.shape[0], 3, ${heads}, x.shape[1] // ${heads}, -1).unbind(1)
        weights = torch.softmax(q.transpose(2, 3) @ k / q.shape[2] ** 0.5, -1)
        return x + self.conv(name + "_out", (v @ weights.transpose(2, 3)).reshape(x.shape))
`;

/** What each resolution is doubled to on the way up, from the lowest; None for the highest. */
function sizesAbove(image: readonly [number, number], levels: number): readonly string[] {
  let size = image;
  const above: string[] = [];
  for (let i = 1; i < levels; i++) {
    above.unshift(`(${size.join(", ")})`);
    size = [Math.ceil(size[0] / 2), Math.ceil(size[1] / 2)];
  }
  return [...above, "None"];
}
