// usage: node run.mjs CASE
// Runs a case in the working folder; exits with 1 and says why when it does not hold.

const name = process.argv[2] ?? "";
try {
  const { default: run } = await import(`./cases/${name}.mjs`);
  await run();
  process.exit(0);
} catch (error) {
  console.error(`${name}: ${error?.stack ?? error}`);
  process.exit(1);
}
