-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)
-- Host: db-3    Database: clinic
DROP TABLE IF EXISTS `patient_data`;
CREATE TABLE `patient_data` (
  `pid` bigint NOT NULL, `fname` varchar(64), `mname` varchar(64), `lname` varchar(64), `DOB` date, `ss` varchar(11),
  `street` varchar(255), `city` varchar(64), `postal_code` varchar(10), `phone_cell` varchar(20), `email` varchar(128), `drivers_license` varchar(32)
) ENGINE=InnoDB AUTO_INCREMENT=4412 DEFAULT CHARSET=utf8mb4;
INSERT INTO `patient_data` VALUES
(⟦mrn:4410⟧,'⟦name:Solveig⟧','⟦name:A⟧','⟦name:Aalto⟧','⟦dob:1969-12-01⟧','⟦ssn:793-77-0412⟧','⟦address:12 Keweenaw St⟧','⟦city:Houghton⟧','⟦zip:49931⟧','⟦phone:906-482-1190⟧','⟦email:saalto@pasty.net⟧','⟦license:A 430 771 204 918⟧'),
(⟦mrn:4411⟧,'⟦name:Cedric⟧',NULL,'⟦name:N''Diaye⟧','⟦dob:2012-04-18⟧',NULL,'⟦address:805 Shelden Ave #2⟧','⟦city:Houghton⟧','⟦zip:49931⟧','⟦phone:906-487-2218⟧',NULL,NULL);
-- Dump completed on 2026-02-01  3:00:07
