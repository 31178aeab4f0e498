/** The GPUs on which TensorFlow could compute. */
import { runTool, ToolError } from '../../../base/run-tool.ts';

/** Name, driver and memory of each that NVIDIA's driver knows; none where there is no driver. */
export async function cudaDevices(): Promise<string[]> {
  const query = ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'];
  try {
    const text = await runTool('nvidia-smi', query, { timeoutMs: 10_000 });
    return text.split('\n').filter((line) => line.trim() !== '');
  } catch (error) {
    if (error instanceof ToolError) return [];
    throw error;
  }
}
