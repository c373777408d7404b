/** Chinese for the statement of every check, by its id; English is what the check itself says. */
export const statementsZh: Readonly<Record<string, string>> = {
  "m1-path": "在 x = αz + βε 处，log p_t(x|z) 等于 log N(ε; 0, I) − D log β",
  "m2-conditional-velocity": "u_t(x|z) 等于 d/dt(α_t z + β_t ε)",
  "m4-conditional": "条件路径与条件向量场满足连续性方程 ∂_t p_t(x|z) + ∇·(p_t(x|z) u_t(x|z)) = 0",
  "m3-mixture": "p_t(x) 等于 p_t(x|z) 对数据 z 的平均",
  "m4-exchange": "∂_t 与 ∇· 可以同对 z 的积分交换次序",
  "m4-marginal": "边缘路径与边缘向量场满足连续性方程 ∂_t p_t + ∇·(p_t u_t) = 0",
  "m5-bayes": "贝叶斯公式：p_t(z|x) p_t(x) = p_t(x|z) p_data(z) 对每个数据点成立，且权重之和为 1",
  "m6-marginal-field": "u_t(x) = Σ_i p_t(z_i|x) u_t(x|z_i)",
  "m7-conversions": "速度 = a x + b μ，得分 = (αμ − x)/β²，噪声 = (x − αμ)/β，共用同一个后验均值 μ",
  "m7-score": "得分等于 ∇ log p_t(x)",
  "m7-divergence": "∇·u_t = aD + b(α/β²) tr Cov(z|x) 等于雅可比矩阵的迹",
  "m8-gradient-exact": "逐点枚举数据：Σ_i p_t(z_i|x) ∇_θ‖v_θ − u_t(x|z_i)‖² = ∇_θ‖v_θ − u_t(x)‖²",
  "m8-gradient-network": "对一个网络，∇_θ L_CFM − ∇_θ L_FM 在各批上的均值为零",
  "m8-floor": "损失下界 V = E b² tr Cov(z|x) 等于 E‖u_t(x|z) − u_t(x)‖²",
  "m9-schedules": "从同一噪声出发，不同调度在相同的 α/β 处到达同一个 x/α",
  "m10-area": "面积定理：∫₀^∞ s E tr Cov(z|x) ds 等于数据的熵",
  likelihood: "沿精确轨迹，log p_t(x) 等于 log p_0(x_0) − ∫∇·u_t dt",
  transport: "沿 u_t 把 p_0 推到 t = 1，其分布就是数据分布（能量双样本检验）",
  "gap-same-path": "u_t + c A∇ log p_t（A 反对称）把 p_0 推到同一个数据分布（能量双样本检验）",
  "gap-other-particles": "但它移动的是不同的粒子：从同一噪声出发，终点不同",
  "gap-loss": "CFM 损失能把两者分开：对 v = u + c A∇ log p_t，L_CFM(v) − L_CFM(u) = E‖v − u‖²",
  "gap-energy": "u_t 的动能最小：E‖v‖² − E‖u‖² = E‖v − u‖²",
};

/** Chinese for where the tolerance of every check comes from, by its id. */
export const tolerancesZh: Readonly<Record<string, string>> = {
  "m1-path": "x − αz 的舍入误差，被 1/β 放大",
  "m2-conditional-velocity": "外推差分：步长 h ≥ 10⁻³ 时的舍入误差 2⁻⁵³/h，截断误差至少小十倍",
  "m4-conditional": "log p 的外推差分，相对于两项之和",
  "m3-mixture": "4000 次抽样的标准误差；偶然超过 5 倍的机会不到十万分之一",
  "m4-exchange": "超出差分自身误差估计的部分，相对于各条件项",
  "m4-marginal": "大小为 ‖x − αz‖²/2β² 的对数权重的舍入误差，相对于各条件项",
  "m5-bayes": "此处所遇对数密度的舍入误差，加上 N 个权重求和的舍入误差",
  "m6-marginal-field": "权重及对 N 个数据点求和的舍入误差，相对于 Σ λ|u_t(x|z)|",
  "m7-conversions": "几次舍入，相对于公式的两项",
  "m7-score": "超出差分自身误差估计的部分，相对于得分的长度与 1/β",
  "m7-divergence": "超出差分自身误差估计的部分，相对于各偏导数的大小",
  "m8-gradient-exact": "对数据点加权求和的舍入误差，相对于 Σ λ|各项|",
  "m8-gradient-network": "对各批差值随机变号 999 次所得的最大值：误报率千分之一",
  "m8-floor": "两个独立估计的标准误差之合成",
  "m9-schedules": "求解器自身误差（步长减半测得）的四倍",
  "m10-area": "对 (z, ε) 求平均的四倍标准误差，加上求积误差",
  likelihood: "求解器每步 10⁻⁹ 的容差，经数百步与扩张流的放大",
  transport: "残差为 0.001/p 值：误报率千分之一",
  "gap-same-path": "残差为 0.001/p 值：误报率千分之一",
  "gap-other-particles": "求解器自身误差至多为两终点平均距离的一半",
  "gap-loss": "1000 次抽样的标准误差；偶然超过 5 倍的机会为百万分之一",
  "gap-energy": "1000 次抽样的标准误差；偶然超过 5 倍的机会为百万分之一",
};

/** Chinese for why a check was skipped, by its id. */
export const reasonsZh: Readonly<Record<string, string>> = {
  "m10-area": "该路径的 α/β 没有走遍 (0, ∞)",
  gap: "一维中不存在反对称的旋转",
  all: "数据经过平滑，而检验需要逐点枚举数据",
};
