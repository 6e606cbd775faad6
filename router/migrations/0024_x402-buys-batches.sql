ALTER TABLE "x402_settlements" DROP CONSTRAINT "x402_settlements_job_id_jobs_id_fk";
