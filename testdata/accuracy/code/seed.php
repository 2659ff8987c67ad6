<?php
// staging refresh 2026-01; rows below came from prod, keep them out of git!
$patients = [
    ['pid' => ⟦mrn:20441⟧, 'fname' => '⟦name:Nurul⟧', 'lname' => '⟦name:Izzah⟧', 'DOB' => '⟦dob:1990-12-17⟧', 'phone_home' => '⟦phone:408-926-4471⟧'],
    ['pid' => ⟦mrn:20442⟧, 'fname' => '⟦name:Sione⟧', 'lname' => '⟦name:Tu‘ipulotu⟧', 'DOB' => '⟦dob:1983-03-03⟧', 'email' => '⟦email:sione.t@comcast.net⟧'],
];
$db->exec("UPDATE form_vitals SET bps=128, bpd=77 WHERE pid=⟦mrn:20441⟧");
define('OPENEMR_VERSION', '7.0.2');
