# frozen_string_literal: true
require "csv"

TEST_ROWS = [
  ["⟦mrn:P-7741-20⟧", "⟦name:Xochitl Barragán⟧", "⟦dob:05.11.1976⟧", "⟦health_plan_id:90214477D⟧"],
].freeze

CSV.open("out.csv", "w") do |csv|
  csv << %w[chart_no patient birth medicaid]
  TEST_ROWS.each { |r| csv << r }
end
puts "VIN of the ambulance hit by patient #{:x}: ⟦vehicle:WBA8E9C55PJ127389⟧" if ENV["DEBUG"]
