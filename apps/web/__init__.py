"""The pages: server-rendered, without JavaScript, through the same door as everything else."""
