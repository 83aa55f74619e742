import eslint from "typescript-eslint";

export default eslint.config({ ignores: ["build/", "node_modules/", "*.mjs"] }, ...eslint.configs.strictTypeChecked, {
  languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
  rules: {
    "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
    "@typescript-eslint/no-confusing-void-expression": "off", // an arrow that returns nothing may say so in one line
    "@typescript-eslint/no-unnecessary-condition": "off", // what comes from the network may lack what its type promises
    "@typescript-eslint/unbound-method": "off", // Lit binds listeners of its templates
    "@typescript-eslint/no-floating-promises": [
      "error",
      { allowForKnownSafeCalls: [{ from: "package", name: "test", package: "node:test" }] },
    ],
    "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    // JsSIP takes whatever has its socket's shape, and its string enums are no values.
    "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
    "@typescript-eslint/no-unsafe-enum-comparison": "off",
    "@typescript-eslint/no-unnecessary-type-parameters": "off", // parse<T> says what a message is taken for
    eqeqeq: "error",
  },
});
