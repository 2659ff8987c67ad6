terraform { required_version = ">= 1.7.5" }
variable "account_id" { default = "123456789012" }
resource "aws_instance" "ehr" {
  ami           = "ami-0abcdef1234567890"
  instance_type = "m6i.2xlarge"
  subnet_id     = "subnet-0bb1c79de3EXAMPLE"
  private_ip    = "10.20.30.40"
  tags = { Name = "ehr-madison-01", Owner = "platform", CostCenter = "440-18-77", Patch = "2026-01-15" }
}
resource "aws_s3_bucket" "patients" { bucket = "pine-patients-prod-us-east-2" }
